#!/usr/bin/env node
import { enableCompileCache } from 'node:module'

// Not imported: that would load all of what `fs` has, streams too.
const { existsSync } = process.getBuiltinModule('node:fs')

// Compiled code that lies beside this file (`warm-up.ts`). Never in Node's default place, the shared folder for temporary
// files: whoever can write there could plant code. Where NODE_COMPILE_CACHE names a folder, Node has it already.
const directory = `${import.meta.dirname}/cache`
if (existsSync(directory)) enableCompileCache(directory)

await import('./main.ts')
