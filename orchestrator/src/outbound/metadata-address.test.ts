import { expect, test } from 'vitest'
import { isMetadataAddress } from './metadata-address.ts'

test.each([
  '169.254.169.254',
  '169.254.170.2',
  '::ffff:169.254.169.254',
  '64:ff9b::a9fe:a9fe',
  '[fd00:ec2::254]',
  'fe80::1%eth0',
  '100.100.100.200',
])('%s is a metadata address', (address) => {
  expect(isMetadataAddress(address)).toBe(true)
})

test.each(['127.0.0.1', '::1', '10.0.0.7', '192.168.1.4', 'fd00::1', '8.8.8.8', 'example.com'])(
  '%s is not a metadata address',
  (address) => {
    expect(isMetadataAddress(address)).toBe(false)
  },
)
