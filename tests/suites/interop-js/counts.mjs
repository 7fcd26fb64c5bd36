// What the packages count in every model of a folder, and what the hub told them of it, as one line of JSON.

import { readdirSync } from "node:fs";
import { join } from "node:path";

import { gguf, hub, hubUrl } from "./plain.mjs";

async function ofModel(name) {
	const repo = `packed/${name}`;
	const { parameterCount } = await hub.parseSafetensorsMetadata({ repo, computeParametersCount: true, hubUrl });
	const { safetensors } = await hub.modelInfo({ name: repo, additionalFields: ["safetensors"], hubUrl });
	return [name, { counted: parameterCount, told: safetensors.parameters }];
}

async function ofFile(repo, name) {
	const { parameterCount } = await gguf.ggufAllShards(`${hubUrl}/${repo}/resolve/main/${name}`);
	return [`${repo}/${name}`, { counted: { all: parameterCount } }];
}

const names = (folder) => readdirSync(join(process.env.PLAIN, "models", folder));
const counts = names("packed").map(ofModel);
for (const repo of ["lab/gguf", "lab/blocks"]) {
	counts.push(...names(repo).filter((name) => name.endsWith(".gguf")).map((name) => ofFile(repo, name)));
}
console.log(JSON.stringify(Object.fromEntries(await Promise.all(counts))));
