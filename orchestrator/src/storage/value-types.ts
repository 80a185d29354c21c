import pg from 'pg'

const INT8 = 20
const DATE = 1082

/**
 * How values arrive: `bigint` as a number (our sequences and sums stay far below 2^53), `date` as its text, because a `Date`
 * would move it by the process's time zone; everything else as the driver does it.
 */
export const valueTypes: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    if (format !== 'binary' && oid === INT8) return Number
    if (format !== 'binary' && oid === DATE) return String
    return pg.types.getTypeParser(oid, format)
  },
}
