import { testContract } from './contract.ts'

testContract('kafkajs')
