// The served repositories as plain files, to compare with; the packages; and where the hub is.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative, sep } from "node:path";

const require = createRequire(process.env.NODE_PACKAGES);

export const hub = require("@huggingface/hub");
export const gguf = require("@huggingface/gguf");
export const hubUrl = process.env.HF_ENDPOINT;
export const MODEL = join(process.env.PLAIN, "models/lab/tiny");
export const DATASET = join(process.env.PLAIN, "datasets/lab/words");
export const repo = "lab/tiny";

/** Every file below a folder: its path with slashes, and its bytes. */
export function files(folder) {
	const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
	const paths = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
	return new Map(paths.sort().map((path) => [relative(folder, path).split(sep).join("/"), readFileSync(path)]));
}

/** All that a generator yields. */
export async function all(generator) {
	const items = [];
	for await (const item of generator) {
		items.push(item);
	}
	return items;
}

/** Waits for a wanted request in the log: a server writes one down when it is answered. */
export async function asked(wanted) {
	const until = Date.now() + 10_000;
	for (;;) {
		const lines = readFileSync(process.env.ACCESS_LOG, "utf8").split("\n").filter((line) => line !== "");
		const requests = lines.map((line) => JSON.parse(line));
		if (requests.some(wanted)) {
			return;
		}
		assert.ok(Date.now() < until, lines.join("\n"));
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

/** Insists that the hub refuses with this status. */
export async function refused(status, call) {
	await assert.rejects(call, (error) => {
		assert.equal(error.statusCode, status, `${error}`);
		return true;
	});
}
