import { RelctlError } from '../errors.ts';
import type { CandidateRepository } from '../ports/repository.ts';

/** Who acts: git's user. Errors: `usage.unknown-actor`. */
export async function actorOf(repository: CandidateRepository): Promise<string> {
  const email = await repository.userEmail();
  if (email !== undefined) return email;
  throw new RelctlError('usage.unknown-actor', 'git does not say who you are', {
    why: 'Each step of a release is recorded with the person who took it.',
    hints: ['git config user.email you@example.com', 'or --as you@example.com'],
  });
}
