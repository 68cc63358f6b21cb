export { createEcr, Repositories } from './ecr.ts';
