/** An amount of money as people write it, with as many decimals as it takes to show two figures of it. */
export function money(amount: number, currency: string): string {
  const decimals = amount === 0 || amount >= 1 ? 2 : Math.min(6, 1 - Math.floor(Math.log10(amount)))
  return new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    minimumFractionDigits: Math.min(2, decimals),
    maximumFractionDigits: decimals,
  }).format(amount)
}
