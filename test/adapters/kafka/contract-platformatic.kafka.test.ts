import { testContract } from './contract.ts'

testContract('platformatic')
