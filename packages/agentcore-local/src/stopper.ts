/** The way back of a start: what was started is stopped, also where a later step of the start fails. */
type Stop = () => Promise<void>;

/** Stops what was started, last first. One that fails does not keep the others alive. */
export type Stopper = { readonly add: (stop: Stop) => void; readonly stop: Stop };

/** Makes one to which nothing was added yet. */
export function createStopper(): Stopper {
  const stops: Stop[] = [];
  return {
    add: (stop) => stops.push(stop),
    async stop() {
      for (const stop of stops.splice(0).reverse()) await stop().catch(() => {});
    },
  };
}
