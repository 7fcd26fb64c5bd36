// Prints what @huggingface/gguf finds in files.

import { createRequire } from "node:module";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";

const found = createRequire(process.env.NODE_PACKAGES).resolve("@huggingface/gguf");
const { gguf, GGMLQuantizationType } = await import(pathToFileURL(found));

const all = {};
for (const path of process.argv.slice(2)) {
	const file = await gguf(path, { allowLocalFile: true, computeParametersCount: true });
	all[basename(path)] = {
		version: file.metadata.version,
		entries: Number(file.metadata.kv_count),
		littleEndian: file.littleEndian,
		parameters: file.parameterCount,
		tensors: file.tensorInfos.map((tensor) => ({
			name: tensor.name,
			element: GGMLQuantizationType[tensor.dtype],
			shape: tensor.shape.map(Number).reverse(),
			start: Number(tensor.offset + file.tensorDataOffset),
		})),
	};
}
console.log(JSON.stringify(all));
