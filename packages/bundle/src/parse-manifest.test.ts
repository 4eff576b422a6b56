import { InvalidBundleError, UnsupportedModelError } from '@ztw/core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { smallBundle } from './__fixtures__/small-bundle.ts';
import { bundleFiles } from './bundle-files.ts';
import { manifestJson } from './create-manifest.ts';
import { manifestInputShape, manifestInputs } from './manifest-inputs.ts';
import { parseManifest } from './parse-manifest.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests damage single fields of untyped JSON
type Json = any;

let valid: Json;

beforeAll(async () => {
  const files = await bundleFiles(smallBundle());
  valid = JSON.parse(new TextDecoder().decode(files.get('manifest.json')));
});

describe('parseManifest', () => {
  it('gives a valid manifest back as it is', () => {
    expect(JSON.parse(manifestJson(parseManifest(structuredClone(valid))))).toEqual(valid);
  });

  it.each([null, undefined, 1, 'text', [], {}, { format: 'other', version: 1 }])('refuses %j: not a bundle', (json) => {
    expect(() => parseManifest(json)).toThrow(/not a bundle/);
  });

  it.each([0, 3, '1', undefined])('refuses version %j and says what to do', (version) => {
    expect(() => parseManifest({ ...valid, version })).toThrow(InvalidBundleError);
    expect(() => parseManifest({ ...valid, version })).toThrow(/expected version 1 or 2; received .*\. Update ztw/);
  });

  it('reads version 1, without the fields of version 2', () => {
    expect(parseManifest({ ...structuredClone(valid), version: 1 }).version).toBe(1);
    const json: Json = { ...structuredClone(valid), version: 1 };
    json.networks[0].stages[0].weights = [json.files[0].path];
    expect(() => parseManifest(json)).toThrow(/version: 1, but the stage final is written as in version 2/);
  });

  const large = (json: Json): Json => json.networks[1];
  const damages: readonly (readonly [string, (json: Json) => void, RegExp])[] = [
    ['a missing field', (json) => delete json.classes, /classes/],
    ['an unknown field', (json) => (json.surprise = 1), /surprise: A field that this version does not have/],
    [
      'an unknown layer',
      (json) => (large(json).stages[0].head.layers[0].kind = 'warp'),
      /networks\.1\.stages\.0\.head/,
    ],
    ['an unknown field of a layer', (json) => (large(json).stages[0].head.layers[0].code = 'x'), /code/],
    ['a negative cost', (json) => (large(json).stages[0].segmentMacs = -1), /stages\.0\.segmentMacs/],
    ['an infinite cost', (json) => (large(json).stages[0].headMacs = JSON.parse('1e999')), /stages\.0\.headMacs/],
    ['a cost that is text', (json) => (large(json).stages[0].headMacs = '6'), /headMacs/],
    ['a backbone that costs nothing', (json) => (large(json).backboneMacs = 0), /backboneMacs/],
    ['no network', (json) => (json.networks = []), /networks/],
    ['a network without stages', (json) => (json.networks[0].stages = []), /stages/],
    ['a fixed batch of 0', (json) => (large(json).batch = 0), /batch/],
    ['a row shape with a hole', (json) => (json.inputShape = [1, null, 4]), /inputShape/],
    [
      'a model outside the bundle',
      (json) => (large(json).stages[0].model = '../evil.onnx'),
      /path inside the bundle .* received "\.\.\/evil\.onnx"/,
    ],
    ['an absolute model', (json) => (large(json).stages[0].model = '/etc/passwd'), /path inside the bundle/],
    ['weights behind a URL', (json) => (json.weights = 'https://x.org/w'), /path inside the bundle/],
    ['a file on a drive', (json) => (json.files[0].path = 'C:/x'), /path inside the bundle/],
    ['a backslash', (json) => (json.files[0].path = 'a\\b'), /path inside the bundle/],
    ['a hash that is none', (json) => (json.files[0].sha256 = 'abc'), /sha256/],
    ['an accuracy over 1', (json) => (json.operatingPoints[0].accuracy = 91), /accuracy/],
    ['a point without a policy', (json) => delete json.operatingPoints[0].threshold, /operatingPoints\.0\.threshold/],
    ['a point with two', (json) => (json.operatingPoints[1].threshold = 0.5), /operatingPoints\.1\.threshold: A field/],
    [
      'a policy of an unknown kind',
      (json) => (json.operatingPoints[1].policy.kind = 'mood'),
      /operatingPoints\.1\.policy: .*patience.* received "mood"\. Update ztw/,
    ],
    ['a limit that is none', (json) => (json.operatingPoints[1].policy.limit = 1.5), /policy: .*whole number/],
    [
      'limits for another number of exits',
      (json) => (json.operatingPoints[1].policy = { kind: 'margin', limit: [0.5, 0.5] }),
      /a policy with 2 limits for 4 stages/,
    ],
    ['an unknown field of a policy', (json) => (json.operatingPoints[1].policy.since = 2), /received "since"/],
    ['a deviation of 0', (json) => (json.preprocessing.std = [0]), /std/],
    ['too few labels', (json) => json.labels.pop(), /labels: 2 names for 3 classes/],
    ['preprocessing of another size', (json) => (json.preprocessing.width = 5), /makes \[1, 4, 5\]/],
    ['too many means', (json) => json.preprocessing.mean.push(0), /2 means/],
    ['an input that is not the network’s', (json) => (json.inputShape = [1, 4, 5]), /makes \[1, 4, 4\]/],
    [
      'a first stage that takes something else',
      (json) => (large(json).stages[0].inputs[0].rowShape = [1, 4, 3]),
      /networks\[1\]\.stages\[0\]: takes \[1,4,3\], but receives \[1,4,4\]/,
    ],
    [
      'a tensor that gets lost',
      (json) => large(json).stages[2].inputs.pop(),
      /stages\[2\]: takes .* but receives .* and \[8\]/,
    ],
    [
      'features after the last stage',
      (json) => (large(json).stages[2].outputs = [{ name: 'x', rowShape: [1] }]),
      /passes features on/,
    ],
    ['a stage in the middle without features', (json) => (large(json).stages[0].outputs = []), /passes no features on/],
    ['a stage in the middle without a head', (json) => (large(json).stages[0].head = null), /has no head/],
    [
      'a head on the last stage',
      (json) => (large(json).stages[2].head = large(json).stages[0].head),
      /beside the network/,
    ],
    [
      'logits with nothing before them',
      (json) => (json.networks[0].stages[0].previousLogits = 'p'),
      /is the first stage/,
    ],
    [
      'logits across networks without a cascade',
      (json) => (large(json).stages[0].previousLogits = 'p'),
      /no cascade layer/,
    ],
    ['a head of other features', (json) => (large(json).stages[0].head.inputShape = [2, 2, 3]), /its head takes/],
    ['a head of other classes', (json) => (large(json).stages[0].head.classes = 4), /has 4 classes instead of 3/],
    [
      'a head that ends in other classes',
      (json) => (large(json).stages[0].head.layers[3].outFeatures = 4),
      /stages\[0\]: its head is not valid: Expected the head to end in logits \[3\]; received \[4\]/,
    ],
    [
      'a head without layers',
      (json) => (large(json).stages[0].head.layers = []),
      /in logits \[3\].*received \[2, 2, 2\]/,
    ],
    [
      'a head whose layers do not fit together',
      (json) => (large(json).stages[0].head.layers[3].inFeatures = 5),
      /stages\[0\]: its head is not valid: Expected \[5\] at the layer dense "dense"/,
    ],
    ['a cascade without logits', (json) => (large(json).stages[1].previousLogits = null), /takes no previous logits/],
    ['logits without a cascade', (json) => large(json).stages[1].head.layers.splice(3, 1), /no cascade layer/],
    ['an ensemble of other classes', (json) => (json.ensemble.classes = 4), /ensemble: 4 classes/],
    ['an ensemble with an exit too few', (json) => json.ensemble.exits.pop(), /3 exits for 4 stages/],
    ['an ensemble with a weight too few', (json) => json.ensemble.exits[2].weights.pop(), /exits\[2\]: 2 weights/],
    ['an ensemble with a bias too many', (json) => json.ensemble.exits[2].bias.push(0), /4 biases/],
    ['a model that is not listed', (json) => json.files.shift(), /stage-0\.onnx is missing from the list/],
    ['weights that are not listed', (json) => (json.weights = 'other'), /other is missing from the list/],
    ['heads without weights', (json) => (json.weights = null), /weights: null, but there are heads/],
    ['a file twice', (json) => json.files.push(json.files[0]), /listed twice/],
    [
      'a file twice in other letters',
      (json) => json.files.push({ ...json.files[0], path: 'Networks/0/stage-0.onnx' }),
      /listed twice/,
    ],
    ['a stage in no form', (json) => delete large(json).stages[0].model, /neither a model nor a program/],
    [
      'weights that are listed twice',
      (json) => {
        large(json).stages[0].weights = ['weights.safetensors', 'weights.safetensors'];
      },
      /lists a weights file twice/,
    ],
    [
      'weights that are not in the list of files',
      (json) => {
        large(json).stages[0].weights = ['elsewhere.safetensors'];
      },
      /elsewhere\.safetensors is missing from the list/,
    ],
    [
      'weights outside the bundle',
      (json) => {
        large(json).stages[0].weights = ['../stage.safetensors'];
      },
      /path inside the bundle/,
    ],
    [
      'heads without values',
      (json) => {
        json.weights = null;
      },
      /weights: null, but there are heads/,
    ],
    [
      'a manifest that lists itself',
      (json) => json.files.push({ ...json.files[0], path: 'manifest.json' }),
      /its own hash/,
    ],
  ];

  it.each(damages)('refuses %s', (_what, damage, message) => {
    const json = structuredClone(valid);
    damage(json);
    expect(() => parseManifest(json)).toThrow(InvalidBundleError);
    expect(() => parseManifest(json)).toThrow(message);
  });

  it('throws nothing but its own error, whatever stands in any field', () => {
    fc.assert(
      fc.property(
        fc.infiniteStream(fc.nat(1000)),
        fc.integer({ min: 1, max: 7 }),
        fc.jsonValue(),
        (dice, depth, value) => {
          const json = structuredClone(valid);
          let place = json;
          for (let level = 0; level < depth; level++) {
            const keys = Object.keys(place);
            const key = keys[dice.next().value % keys.length];
            if (key === undefined) break;
            const next = place[key];
            if (level === depth - 1 || typeof next !== 'object' || next === null) {
              place[key] = value;
              break;
            }
            place = next;
          }
          try {
            parseManifest(json);
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidBundleError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('refuses weights of a bundle without heads', () => {
    const json = structuredClone(valid);
    json.networks.pop();
    json.ensemble = null;
    expect(() => parseManifest(json)).toThrow(/a file, but there are no heads/);
  });
});

describe('inputs other than one dense tensor', () => {
  const tokens = [
    { name: 'ids', type: 'int64', rowShape: ['tokens'] },
    { name: 'mask', type: 'uint8', rowShape: ['tokens'] },
  ];

  /** The valid manifest, whose networks take token ids and a mask, and pass the mask on. */
  function ofTokens(change: (json: Json) => void = () => undefined): Json {
    const json = structuredClone(valid);
    json.inputShape = null;
    json.inputs = tokens;
    json.preprocessing = null;
    for (const network of json.networks) network.stages[0].inputs = tokens;
    change(json);
    return json;
  }

  it('are read, and found in either form', () => {
    const manifest = parseManifest(ofTokens());
    expect(manifestInputs(manifest)).toEqual(tokens);
    expect(() => manifestInputShape(manifest)).toThrow(UnsupportedModelError);
    const dense = parseManifest(structuredClone(valid));
    expect(manifestInputs(dense)).toEqual([{ name: 'input', type: 'float32', rowShape: valid.inputShape }]);
    expect(manifestInputShape(dense)).toEqual(valid.inputShape);
  });

  const damages: readonly (readonly [string, (json: Json) => void, RegExp])[] = [
    ['neither form', (json) => delete json.inputs, /inputShape: null, but there are no inputs/],
    ['both forms', (json) => (json.inputShape = [2]), /have an inputShape already/],
    ['no inputs', (json) => (json.inputs = []), /inputs/],
    [
      'a dense input in the other form',
      (json) => (json.inputs = [{ name: 'input', type: 'float32', rowShape: [2] }]),
      /is written as inputShape/,
    ],
    ['a name twice', (json) => (json.inputs = [tokens[0], tokens[0]]), /ids is listed twice/],
    ['an unknown type', (json) => (json.inputs = [{ ...tokens[0], type: 'text' }]), /inputs\.0\.type/],
    ['an axis that is no length', (json) => (json.inputs = [{ ...tokens[0], rowShape: [0] }]), /inputs\.0\.rowShape/],
    [
      'a first stage with another type',
      (json) => (json.networks[0].stages[0].inputs = [tokens[0], { ...tokens[1], type: 'int64' }]),
      /takes int64 \[tokens\] and int64 \[tokens\], but receives int64 \[tokens\] and uint8 \[tokens\]/,
    ],
    [
      'images',
      (json) => (json.preprocessing = structuredClone(valid.preprocessing)),
      /preprocessing: makes .*, but the input is of another kind/,
    ],
  ];
  it.each(damages)('are refused with %s', (_name, damage, message) => {
    expect(() => parseManifest(ofTokens(damage))).toThrow(InvalidBundleError);
    expect(() => parseManifest(ofTokens(damage))).toThrow(message);
  });
});
