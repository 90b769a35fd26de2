import type { Progress } from '../domain/outcome/progress.ts';

/** Takes what happens while a command works. It must not throw and must not wait for anybody. */
export interface EventSink {
  emit(progress: Progress): void;
}
