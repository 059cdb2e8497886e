type Call = () => void;

/**
 * Starts calls in order although some take longer to get started than others: Nest reaches a handler some microtasks
 * after it was called, and how many depends on its pipes and guards. The many calls of one handler keep their order by
 * themselves; a call made `alone` begins after all before it have begun, and before any after it begins.
 */
export class OrderedCalls {
  private held: { call: Call; isAlone: boolean }[] | undefined;

  call(call: Call): void {
    if (this.held) this.held.push({ call, isAlone: false });
    else call();
  }

  alone(call: Call): void {
    if (this.held) return void this.held.push({ call, isAlone: true });
    this.held = [];
    // A macrotask comes after all microtasks there are.
    setImmediate(() => {
      call();
      setImmediate(() => this.release());
    });
  }

  private release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const { call, isAlone } of held) {
      if (isAlone) this.alone(call);
      else this.call(call);
    }
  }
}
