// What the packages count in every model of a folder, as one line of JSON.

import { readdirSync } from "node:fs";
import { join } from "node:path";

import { gguf, hub, hubUrl } from "./plain.mjs";

async function ofModel(name) {
	const found = await hub.parseSafetensorsMetadata({ repo: `packed/${name}`, computeParametersCount: true, hubUrl });
	return [name, found.parameterCount];
}

async function ofFile(repo, name) {
	const { parameterCount } = await gguf.ggufAllShards(`${hubUrl}/${repo}/resolve/main/${name}`);
	return [`${repo}/${name}`, { all: parameterCount }];
}

const names = (folder) => readdirSync(join(process.env.PLAIN, "models", folder));
const counts = names("packed").map(ofModel);
for (const repo of ["lab/gguf", "lab/blocks"]) {
	counts.push(...names(repo).filter((name) => name.endsWith(".gguf")).map((name) => ofFile(repo, name)));
}
console.log(JSON.stringify(Object.fromEntries(await Promise.all(counts))));
