export { UseGuard } from '@ztw/core';
