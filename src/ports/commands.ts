/** Runs a command of the plan (a smoke test, a resource check): argv only, never a shell. */
export interface CommandRunner {
  /**
   * @param argv program and arguments
   * @param options deadline in milliseconds; the whole process group is ended when it passes
   * @returns how it ended; a command that cannot start or overruns gives `exitCode: null`
   */
  run(argv: readonly string[], options: { readonly timeout: number }): Promise<CommandEnd>;
}

/** How a command ended. */
export interface CommandEnd {
  readonly exitCode: number | null;
  /** Why there is no exit code, in words of relctl. */
  readonly problem?: string;
  /** SHA-256 of all that it printed: what is recorded in place of the text. */
  readonly sha256: string;
  /** The end of what it printed, with secrets taken out: kept only where the plan asks for it. */
  readonly output: string;
}

/** Asks a URL of the plan (a smoke test, a resource check). Redirects are answers of their own and never followed. */
export interface HttpProbe {
  /** Never throws for what a server or a network does. */
  request(url: string, options: HttpProbeOptions): Promise<HttpProbeAnswer>;
}

/** How a URL is asked. */
export interface HttpProbeOptions {
  /** Milliseconds for the whole exchange. */
  readonly timeout: number;
  /** `GET` when left out. */
  readonly method?: 'GET' | 'HEAD' | 'POST';
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers whose values are in environment variables: header to variable. The values never come back. */
  readonly secretHeaders?: Readonly<Record<string, string>>;
  /** True to learn until when the certificate is valid. */
  readonly certificate?: boolean;
}

/** The answer; `status: null` with the reason as body when there was none. */
export interface HttpProbeAnswer {
  readonly status: number | null;
  readonly body: string;
  /** Lower-case names, in alphabetical order; empty without an answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds from the request to the last byte. */
  readonly latencyMs: number;
  /** When the certificate runs out, milliseconds since the epoch; missing where it was not asked for or could not be read. */
  readonly certificateUntil?: number;
}

/** Tries whether a TCP port takes connections. */
export interface TcpProbe {
  /** @returns `connected: false` with the reason; never throws for what a network does */
  connect(
    host: string,
    port: number,
    options: { readonly timeout: number },
  ): Promise<{ readonly connected: boolean; readonly detail: string }>;
}
