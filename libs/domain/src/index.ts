export { type ErrorCode, type ErrorDetail, ServiceError } from './errors.ts';
export { type Mask, mask, maskBox, maskedPixels, maskedRows, otherRows, tokenSide } from './mask.ts';
export { type Box, type Picture, picture, type Size } from './picture.ts';
export { type Mode, modes, type Plan, uniformPlan } from './plan.ts';
