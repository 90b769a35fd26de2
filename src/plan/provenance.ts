import * as z from 'zod';
import { durationSchema } from './spec/terms.ts';

/** Who must vouch for images (policy), and with what it is looked at (relctl.yaml). */

const signer = z.union([
  z.strictObject({
    key: z
      .string()
      .regex(
        /^(-----BEGIN PUBLIC KEY-----\s|(awskms|gcpkms|azurekms|hashivault|k8s):\/\/)/,
        'a public key in PEM, or the URI of one in a KMS',
      )
      .describe('Public key in PEM, as cosign generate-key-pair writes it, or the URI of one in a KMS'),
  }),
  z.strictObject({
    identity: z
      .string()
      .min(1)
      .describe(
        'Who the certificate is for, such as https://github.com/acme/shop/.github/workflows/build.yml@refs/heads/main',
      ),
    issuer: z.url({ protocol: /^https$/ }).describe('Who said so, such as https://token.actions.githubusercontent.com'),
  }),
]);

/** Schema of `provenance` in a policy. */
export const provenancePolicySchema = z
  .strictObject({
    required: z
      .boolean()
      .default(true)
      .describe(
        'True: an image for which this does not hold is neither staged nor deployed; false: it is recorded and said',
      ),
    signers: z.array(signer).min(1).describe('One of these has to have signed the image and its provenance'),
    transparencyLog: z
      .boolean()
      .default(true)
      .describe('False where signatures are in no transparency log, such as those with a key of one’s own'),
    repository: z
      .string()
      .min(1)
      .optional()
      .describe('Repository that the image must have been built from, such as https://github.com/acme/shop'),
    builder: z.string().min(1).optional().describe('Builder that the provenance must name'),
  })
  .describe('Signatures of images, and SLSA provenance that says from which commit they were built');

/** Schema of `provenance` in relctl.yaml. */
export const provenanceSettingsSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('cosign'),
      timeout: durationSchema.default('60s').describe('How long one examination may take'),
      trustedRoot: z
        .string()
        .min(1)
        .optional()
        .describe('File with the trusted root of Sigstore, so that nothing is fetched; an instance of one’s own'),
      bundles: z
        .string()
        .min(1)
        .optional()
        .describe('Folder with Sigstore bundles, sha256-<digest>.jsonl for each image: then no registry is asked'),
      registryCa: z.string().min(1).optional().describe('PEM file of the authorities that the registry is trusted by'),
    }),
    z
      .looseObject({
        kind: z.literal('registered'),
        verifier: z.string().regex(/^[a-z][a-z0-9-]*$/, 'a name of lower-case letters, digits and dashes'),
      })
      .describe('A verifier that was added to the registry, with its own settings'),
  ])
  .default({ kind: 'cosign', timeout: '60s' })
  .describe('With what signatures and provenance of images are examined, where the policy asks for them');

/** What a policy asks of images. */
export type ProvenancePolicy = z.infer<typeof provenancePolicySchema>;
/** With what images are examined. */
export type ProvenanceSettings = z.infer<typeof provenanceSettingsSchema>;
