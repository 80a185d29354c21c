/** Ways to write this machine, the network it is in, and what a cloud tells it of itself, so that a check may miss it. */
export function disguisedUrls(port: number): string[] {
  const hosts = [
    ...['127.0.0.1', '127.1', '127.0.1', '127.255.255.254', '2130706433', '0x7f000001', '0x7f.0x0.0x0.0x1', '0x7f.1'],
    ...['0177.0.0.1', '0177.0.0.01', '017700000001', '127.0.0.0x1', '0', '0.0.0.0', '00000', '0x0', '127.0.0.1.'],
    ...['①②⑦.⓪.⓪.①', '127。0。0。1', '１２７.０.０.１', '127．0．0．1', '%31%32%37.0.0.1', '127%2E0%2E0%2E1'],
    ...['localhost', 'localhost.', 'LOCALHOST', 'ⓛocalhost', 'ｌocalhost', 'foo.localhost', 'localhost.localdomain'],
    ...['[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:ffff:127.0.0.1]'],
    ...['[::127.0.0.1]', '[64:ff9b::7f00:1]', '[64:ff9b::127.0.0.1]', '[64:ff9b:1::7f00:1]', '[2002:7f00:1::]'],
    ...['[2002:7f00:1::1]', '[2001:0:7f00:1::]', '[2001::1]', '[fe80::1]', '[fc00::1]', '[fd00::1]', '[fec0::1]'],
    ...['[ff02::1]', '[100::1]', '[2001:db8::1]', '[3fff::1]', '[5f00::1]', '[::ffff:0:127.0.0.1]'],
    ...['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.254', '192.168.0.1', '192.168.255.255', '100.64.0.1'],
    ...['169.254.169.254', '169.254.170.2', '2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '[::ffff:a9fe:a9fe]'],
    ...['[64:ff9b::a9fe:a9fe]', '[fd00:ec2::254]', '100.100.100.200', '168.63.129.16', '192.0.0.192', '198.18.0.1'],
    ...['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', '192.0.2.1', '198.51.100.1', '203.0.113.1'],
    ...['192.88.99.1', '169.254.169.254.', '[fe80::a9fe:a9fe]', '[fd20:ce::254]'],
    // Names that lead here, as the resolver of the test does for every name.
    ...['localtest.me', '127.0.0.1.nip.io', 'spoofed.burpcollaborator.net', 'metadata.google.internal', 'a.b.c.d.e'],
  ]
  const shapes = [
    ...['example.com@127.0.0.1', 'example.com:80@127.0.0.1', '127.0.0.1#@example.com', '127.0.0.1?@example.com'],
    ...['127.0.0.1\\@example.com', '127.0.0.1/@example.com', '\t127.0.0.1', '127.0.\n0.1', '127.0.0.1%00.example.com'],
    ...['user:pass@[::1]', 'example.com%40127.0.0.1', '127.0.0.1:80#', 'example.com\\@127.0.0.1'],
  ]
  return [
    ...hosts.flatMap((host) => [`http://${host}:${port}/canary`, `http://${host}/canary`]),
    ...shapes.map((shape) => `http://${shape}:${port}/canary`),
    `http:127.0.0.1:${port}/canary`,
    `http:/127.0.0.1:${port}/canary`,
    `http:\\\\127.0.0.1:${port}/canary`,
    `//127.0.0.1:${port}/canary`,
    `HTTP://127.0.0.1:${port}/canary`,
    `https://127.0.0.1:${port}/canary`,
    ...['file:///etc/passwd', 'ftp://127.0.0.1/', 'gopher://127.0.0.1/_x', 'data:text/plain,x', 'javascript:fetch(1)'],
    ...[
      'blob:http://127.0.0.1/x',
      'unix:///var/run/docker.sock',
      'http+unix://%2Fvar%2Frun%2Fdocker.sock/',
      'ws://127.0.0.1/',
    ],
  ]
}
