/** Thrown when a handshake cannot go on. */
export class DtlsFailure extends Error {
  override readonly name = 'DtlsFailure';
  /** The alert that the far end is sent (`ALERT`). */
  readonly alert: number;

  constructor(alert: number, reason: string) {
    super(reason);
    this.alert = alert;
  }
}
