export { makeSts } from './sts.ts';
