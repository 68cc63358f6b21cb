export { makeEcr, Repositories } from './ecr.ts';
