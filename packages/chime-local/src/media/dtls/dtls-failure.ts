/** A handshake that cannot go on. */
export class DtlsFailure extends Error {
  override readonly name = 'DtlsFailure';
  /** What the far end is told (`ALERT`). */
  readonly alert: number;

  constructor(alert: number, reason: string) {
    super(reason);
    this.alert = alert;
  }
}
