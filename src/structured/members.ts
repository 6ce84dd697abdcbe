/**
 * The members of a JSON object, each with the text between its colon and what ends it: digits, escapes and white space as
 * they are. A name that stands there twice comes twice.
 * @param text valid JSON, an object
 */
export function* membersOf(text: string): Generator<readonly [name: string, source: string]> {
  // At the brace or comma before a member, or at the last brace.
  let at = text.indexOf('{')
  while (text[at] !== '}') {
    const open = text.indexOf('"', at)
    // An object without members.
    if (open < 0) return
    const close = closingQuote(text, open)
    const colon = text.indexOf(':', close)
    at = endOfValue(text, colon + 1)
    yield [JSON.parse(text.slice(open, close + 1)), text.slice(colon + 1, at)]
  }
}

function closingQuote(text: string, open: number): number {
  let at = open + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}

/** Where the comma or brace stands that ends the value of a member. */
function endOfValue(text: string, start: number): number {
  let depth = 0
  for (let at = start; ; at += 1) {
    const character = text[at]
    if (depth === 0 && (character === ',' || character === '}')) return at
    if (character === '"') at = closingQuote(text, at)
    else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') depth -= 1
  }
}
