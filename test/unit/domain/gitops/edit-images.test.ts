import { describe, expect, it } from 'vitest';
import { editImages, type ImageChange, otherImages } from '../../../../src/domain/gitops/edit-images.ts';

const D = `sha256:${'a'.repeat(64)}`;
const E = `sha256:${'b'.repeat(64)}`;

function change(from: string, to: string): ImageChange {
  return { service: 'web', workload: 'Deployment/web', container: 'web', from, to };
}

/** The lines that differ, as a diff shows them, after an edit of a folder `apps`. */
function lines(files: Readonly<Record<string, string>>, ...changes: ImageChange[]) {
  const before = new Map(Object.entries(files));
  const { files: after, problems } = editImages(before, './apps/', changes);
  const found = [...after].flatMap(([path, text]) => {
    const [old, now] = [(before.get(path) ?? '').split('\n'), text.split('\n')];
    return [
      ...old.filter((line) => !now.includes(line)).map((line) => `${path} -${line}`),
      ...now.filter((line) => !old.includes(line)).map((line) => `${path} +${line}`),
    ];
  });
  return { found, problems };
}

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment   # of the shop
metadata: {name: web}
spec:
  template:
    spec:
      initContainers:
        - {name: wait, image: "reg/shop/web:1"}
      containers:
      - name: web
        # who reads this?
        image: 'reg/shop/web:1'    # old
      - image: reg/shop/proxy:7
        name: proxy
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: other}
spec: {template: {spec: {containers: [{name: web, image: "reg/shop/web:1"}]}}}
`;

describe('a file with the line ends of Windows', () => {
  const from = change('reg/shop/web:1', `reg/shop/web@${D}`);
  it.each([
    ['an entry', { 'apps/kustomization.yaml': 'images:\n- name: reg/shop/web\n  newTag: "1"\n' }],
    ['a manifest', { 'apps/web.yaml': DEPLOYMENT }],
    ['a new entry', { 'apps/kustomization.yaml': 'resources:\n- ../base\n' }],
  ])('keeps them in every line: %s', (_what, files) => {
    const windows = (text: string) => text.replaceAll('\n', '\r\n');
    const edited = (texts: Readonly<Record<string, string>>) =>
      [...editImages(new Map(Object.entries(texts)), 'apps', [from]).files].map(([, text]) => text);
    const crlf = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, windows(text)]));
    expect(edited(files)).toHaveLength(1);
    expect(edited(crlf)).toEqual(edited(files).map(windows));
  });
});

describe('images in an entry of a kustomization', () => {
  it('get tag and digest where a tag was, and every comment stays', () => {
    const text =
      'images:\n  # ours\n  - name: reg/shop/web   # released\n    newTag: "1"  # by hand\n  - name: x\n    newTag: y\n';
    expect(lines({ 'apps/kustomization.yaml': text }, change('reg/shop/web:1', `reg/shop/web:2@${D}`))).toEqual({
      found: [
        'apps/kustomization.yaml -    newTag: "1"  # by hand',
        'apps/kustomization.yaml +    newTag: "2"  # by hand',
        `apps/kustomization.yaml +    digest: ${D}`,
      ],
      problems: [],
    });
  });

  it('get a digest alone where a digest was', () => {
    const text = `images:\n- name: reg/shop/web\n  digest: ${D}\n`;
    const { found } = lines({ 'apps/kustomization.yaml': text }, change(`reg/shop/web@${D}`, `reg/shop/web:2@${E}`));
    expect(found).toEqual([`apps/kustomization.yaml -  digest: ${D}`, `apps/kustomization.yaml +  digest: ${E}`]);
  });

  it('are found by the name that they are given', () => {
    const text = 'images: [{name: web, newName: reg/shop/web, newTag: v1}]\n';
    const { found } = lines({ 'apps/Kustomization': text }, change('reg/shop/web:v1', `mirror:5000/shop/web:v2@${D}`));
    expect(found).toEqual([
      'apps/Kustomization -images: [{name: web, newName: reg/shop/web, newTag: v1}]',
      `apps/Kustomization +images: [{name: web, newName: mirror:5000/shop/web, newTag: v2, digest: ${D} }]`,
    ]);
  });

  it('come before the manifest, which the kustomization overrides', () => {
    const text = 'resources: [web.yaml]\nimages:\n- name: reg/shop/web\n  newTag: "1"\n';
    const files = { 'apps/kustomization.yaml': text, 'apps/web.yaml': DEPLOYMENT };
    const { found } = lines(files, change('reg/shop/web:1', 'reg/shop/web:2'));
    expect(found).toEqual(['apps/kustomization.yaml -  newTag: "1"', 'apps/kustomization.yaml +  newTag: "2"']);
  });
});

describe('images in a manifest', () => {
  it('change in the container of the workload and nowhere else, in its quotes', () => {
    const { found, problems } = lines({ 'apps/web.yaml': DEPLOYMENT }, change('reg/shop/web:1', `reg/shop/web:2@${D}`));
    expect(problems).toEqual([]);
    expect(found).toEqual([
      "apps/web.yaml -        image: 'reg/shop/web:1'    # old",
      `apps/web.yaml +        image: 'reg/shop/web:2@${D}'    # old`,
    ]);
  });

  it('that are in a base of others get an entry in the kustomization of the folder', () => {
    const text = 'resources:\n- ../base  # shared\n';
    const { found } = lines({ 'apps/kustomization.yaml': text }, change('reg/shop/web:1', `reg/shop/web:2@${D}`));
    expect(found).toEqual([
      'apps/kustomization.yaml +images:',
      'apps/kustomization.yaml +  - name: reg/shop/web',
      `apps/kustomization.yaml +    digest: ${D}`,
    ]);
  });

  it('that are nowhere are a problem, and nothing is changed', () => {
    const { found, problems } = lines({ 'apps/web.yaml': DEPLOYMENT }, change('reg/shop/api:1', 'reg/shop/api:2'));
    expect(found).toEqual([]);
    expect(problems).toEqual(['Deployment/web: no file of ./apps/ says which image its container web runs']);
  });
});

it('what is there already is not written again', () => {
  const text = `images:\n- name: reg/shop/web\n  newTag: "2"\n  digest: ${D}\n`;
  const edits = editImages(new Map([['apps/kustomization.yaml', text]]), 'apps', [
    change('reg/shop/web:1', `reg/shop/web:2@${D}`),
  ]);
  expect([...edits.files]).toEqual([]);
  expect(edits.problems).toEqual([]);
});

describe('a folder that names another image than runs', () => {
  const entry = (version: string) => ({ 'apps/kustomization.yaml': `images:\n- name: reg/shop/web\n  ${version}\n` });
  const places = (files: Readonly<Record<string, string>>, from: string) =>
    otherImages(new Map(Object.entries(files)), [change(from, `reg/shop/web:9@${E}`)]).map(
      (text) => text.split(', and ')[0],
    );

  it.each([
    ['another tag', entry('newTag: "2"'), 'reg/shop/web:1', ['apps/kustomization.yaml says reg/shop/web:2']],
    ['another digest', entry(`digest: ${E}`), `reg/shop/web@${D}`, [`apps/kustomization.yaml says reg/shop/web@${E}`]],
    [
      'a tag for a digest',
      entry('newTag: "1"'),
      `reg/shop/web:1@${D}`,
      ['apps/kustomization.yaml says reg/shop/web:1'],
    ],
    [
      'another tag in the manifest',
      { 'apps/web.yaml': DEPLOYMENT },
      'reg/shop/web:0',
      ['apps/web.yaml says reg/shop/web:1'],
    ],
  ])('is told: %s', (_what, files, from, told) => {
    expect(places(files, from)).toEqual(told);
  });

  it.each([
    ['the tag', entry('newTag: "1"'), 'reg/shop/web:1'],
    ['the digest', entry(`digest: ${D}`), `reg/shop/web@${D}`],
    ['the tag and the digest', entry(`newTag: "1"\n  digest: ${D}`), `reg/shop/web:1@${D}`],
    ['only the name, beside a base elsewhere', entry('newName: reg/shop/web'), 'reg/shop/web:1'],
    ['the manifest', { 'apps/web.yaml': DEPLOYMENT }, 'reg/shop/web:1'],
    [
      'the entry, which comes after the manifest',
      { 'apps/web.yaml': DEPLOYMENT, ...entry('newTag: "5"') },
      'reg/shop/web:5',
    ],
    ['nothing', {}, 'reg/shop/web:1'],
  ])('is not seen where it says what runs: %s', (_what, files, from) => {
    expect(places(files, from)).toEqual([]);
  });
});
