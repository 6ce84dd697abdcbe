/** Imported before a program: lists each module that is imported or required from then on in the file `$MODULES`. */
import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

const { MODULES = '' } = process.env

registerHooks({
  load(url, context, next) {
    appendFileSync(MODULES, `${url}\n`)
    return next(url, context)
  }
})
