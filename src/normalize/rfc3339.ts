const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|([+-])(\d\d):(\d\d))$/i

/**
 * Whether the text is a date-time of RFC 3339 section 5.6, with the ranges of section 5.7. A second 60 is valid where
 * leap seconds stand: before midnight UTC at the end of a month.
 * @see https://www.rfc-editor.org/rfc/rfc3339#section-5.6
 */
export function isRfc3339(text: string): boolean {
  const match = DATE_TIME.exec(text)
  if (match === null) return false
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number)
  const [offsetHour, offsetMinute] = [Number(match[8] ?? 0), Number(match[9] ?? 0)]
  // The calendar repeats every 400 years, and Date.UTC reads the years 0 to 99 as 1900 to 1999.
  const cycle = 2000 + (year % 400)
  if (month < 1 || month > 12 || day < 1) return false
  if (day > 28 && day > new Date(Date.UTC(cycle, month, 0)).getUTCDate()) return false
  if (hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59) return false
  if (second < 60) return true
  const offset = (match[7] === '-' ? -1 : 1) * (offsetHour * 60 + offsetMinute)
  const after = new Date(Date.UTC(cycle, month - 1, day, hour, minute - offset, second))
  return after.getUTCDate() === 1 && after.getUTCHours() === 0 && after.getUTCMinutes() === 0
}
