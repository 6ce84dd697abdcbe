const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i

/**
 * Whether the text is a date-time of RFC 3339 section 5.6, with the ranges of section 5.7. A second 60 is valid where
 * leap seconds stand: before midnight UTC at the end of a month.
 * @see https://www.rfc-editor.org/rfc/rfc3339#section-5.6
 */
export function isRfc3339(text: string): boolean {
  if (!DATE_TIME.test(text)) return false
  const [year, month, day] = [100 * digits(text, 0) + digits(text, 2), digits(text, 5), digits(text, 8)]
  const [hour, minute, second] = [digits(text, 11), digits(text, 14), digits(text, 17)]
  const isUtc = text.endsWith('Z') || text.endsWith('z')
  const [offsetHour, offsetMinute] = isUtc ? [0, 0] : [digits(text, text.length - 5), digits(text, text.length - 2)]
  // The calendar repeats every 400 years, and Date.UTC reads the years 0 to 99 as 1900 to 1999.
  const cycle = 2000 + (year % 400)
  if (month < 1 || month > 12 || day < 1) return false
  if (day > 28 && day > new Date(Date.UTC(cycle, month, 0)).getUTCDate()) return false
  if (hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59) return false
  if (second < 60) return true
  const offset = (text.at(-6) === '-' ? -1 : 1) * (offsetHour * 60 + offsetMinute)
  const after = new Date(Date.UTC(cycle, month - 1, day, hour, minute - offset, second))
  return after.getUTCDate() === 1 && after.getUTCHours() === 0 && after.getUTCMinutes() === 0
}

/** The number that two digits say. */
function digits(text: string, at: number): number {
  return 10 * text.charCodeAt(at) + text.charCodeAt(at + 1) - 11 * 48
}
