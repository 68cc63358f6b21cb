/** Error responses that both Chime APIs share. */
import { ApiError } from '../rest/api-error.ts';

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequestException', message);
}

export function notFound(what: string, id: string): ApiError {
  return new ApiError(404, 'NotFoundException', `There is no ${what} ${id}`);
}

export function conflict(message: string): ApiError {
  return new ApiError(409, 'ConflictException', message);
}
