import { FIELD_MANAGER } from './api.ts';

/** How kubectl applies and compares: on the server, as relctl, taking over fields of others. */
export const SERVER_SIDE = ['--server-side', `--field-manager=${FIELD_MANAGER}`, '--force-conflicts'];

/** Without kubectl's own validation, which would download the whole schema: the server checks what is applied anyway. */
export const APPLYING = [...SERVER_SIDE, '--validate=false'];
