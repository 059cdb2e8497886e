/** When a credential expires, RFC 3339. Most are issued within one second for one lifetime: the last text is kept. */
export class ExpiryText {
  private seconds = NaN;
  private text = '';

  /** @param seconds whole, since the epoch. */
  of(seconds: number): string {
    if (seconds !== this.seconds) {
      this.text = `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
      this.seconds = seconds;
    }
    return this.text;
  }
}
