// The heads of weight files, by asking for ranges.

import assert from "node:assert/strict";

import { gguf, hub, hubUrl, repo } from "./plain.mjs";

export async function the_tensors_of_one_file_are_read() {
	const found = await hub.parseSafetensorsMetadata({ repo, computeParametersCount: true, hubUrl });
	assert.equal(found.sharded, false);
	assert.deepEqual(found.header.weight.shape, [1000, 200]);
	assert.deepEqual({ ...found.parameterCount }, { F32: 200_000, I64: 4 });
}

export async function the_tensors_of_all_shards_are_read() {
	const found = await hub.parseSafetensorsMetadata({ repo: "lab/shards", computeParametersCount: true, hubUrl });
	assert.equal(found.sharded, true);
	assert.deepEqual({ ...found.parameterCount }, { F32: 30 });
}

const at = (name) => `${hubUrl}/lab/gguf/resolve/main/${name}`;

export async function a_gguf_file_is_read() {
	const found = await gguf.gguf(at("one.gguf"));
	assert.equal(found.metadata.version, 3);
	assert.equal(found.tensorInfos.length, 1);
	assert.equal(found.tensorInfos[0].dtype, gguf.GGMLQuantizationType.F32);
}

export async function every_kind_of_gguf_value_is_read() {
	const { metadata } = await gguf.gguf(at("values.gguf"));
	assert.ok(Object.keys(metadata).length > 10, `${Object.keys(metadata)}`);
}

export async function parameters_of_a_quantized_gguf_file_are_counted() {
	const { tensorInfos, parameterCount } = await gguf.gguf(at("q4_0.gguf"), { computeParametersCount: true });
	assert.equal(tensorInfos[0].dtype, gguf.GGMLQuantizationType.Q4_0);
	assert.ok(parameterCount >= 32, `${parameterCount}`);
}
