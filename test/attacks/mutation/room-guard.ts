/** What is written down of a guard of the rooms. */
export type RoomGuard = {
  /** From the root. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
  /** Row of the catalogue, or words of a test's name, one of whose tests must fail. */
  readonly kills: string;
  /** Where that test is, from the root. */
  readonly test: string;
};

/** Guards of a file of one room, killed by a test of the same room or, from there, another one. */
export const room =
  (source: string, tests: string) =>
  (file: string, test: string) =>
  (kills: string, from: string, to = ''): RoomGuard => ({
    file: `${source}/${file}`,
    from,
    to,
    kills,
    test: `${tests}/${test}`,
  });
