// Files and folders of one repository.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { DATASET, MODEL, all, asked, files, hub, hubUrl, refused, repo } from "./plain.mjs";

export async function a_recursive_listing_descends() {
	const entries = await all(hub.listFiles({ repo, hubUrl, recursive: true }));
	const listed = new Map(entries.filter((entry) => entry.type === "file").map((entry) => [entry.path, entry]));
	assert.deepEqual([...listed.keys()].sort(), [...files(MODEL).keys()].sort());
	for (const [path, bytes] of files(MODEL)) {
		assert.equal(listed.get(path).size, bytes.length, path);
	}
	assert.equal(listed.get("model.safetensors").lfs.oid.length, 64);
}

export async function a_sub_folder_is_listed_alone() {
	const entries = await all(hub.listFiles({ repo, hubUrl, path: "1_Pooling", expand: true }));
	assert.deepEqual(entries.map((entry) => entry.path), ["1_Pooling/config.json"]);
}

export async function a_listing_of_more_than_a_page_is_whole() {
	const many = await all(hub.listFiles({ repo: "datasets/lab/many", hubUrl, recursive: true }));
	assert.equal(many.length, 1101);
}

export async function a_file_is_fetched() {
	// Not the empty file: the package asks for its first byte, which does not exist, and gives up.
	for (const path of ["config.json", "model.safetensors"]) {
		const blob = await hub.downloadFile({ repo, path, hubUrl });
		assert.deepEqual(Buffer.from(await blob.arrayBuffer()), files(MODEL).get(path), path);
	}
}

export async function a_part_of_a_file_is_fetched_alone() {
	const blob = await hub.downloadFile({ repo, path: "model.safetensors", hubUrl });
	const part = Buffer.from(await blob.slice(700_000, 700_100).arrayBuffer());
	assert.deepEqual(part, files(MODEL).get("model.safetensors").subarray(700_000, 700_100));
	await asked((each) => each.path.endsWith("/model.safetensors") && each.status === 206 && each.length === 100);
}

export async function a_pointer_is_fetched_as_git_holds_it() {
	const blob = await hub.downloadFile({ repo, path: "model.safetensors", raw: true, hubUrl });
	assert.match(await blob.text(), /^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:[0-9a-f]{64}\nsize 800\d+\n$/);
}

export async function a_file_is_described() {
	const size = files(MODEL).get("model.safetensors").length;
	const info = await hub.fileDownloadInfo({ repo, path: "model.safetensors", hubUrl });
	assert.equal(info.size, size);
	assert.match(info.etag, /^"[0-9a-f]{64}"$/);
	assert.equal(info.xet, undefined);
	const raw = await hub.fileDownloadInfo({ repo, path: "model.safetensors", raw: true, hubUrl });
	assert.ok(raw.size < 200, `${raw.size}`);
	assert.match(raw.etag, /^"[0-9a-f]{40}"$/);
}

export async function a_missing_file_is_null() {
	assert.equal(await hub.fileDownloadInfo({ repo, path: "vocab.txt", hubUrl }), null);
	assert.equal(await hub.downloadFile({ repo, path: "vocab.txt", hubUrl }), null);
}

export async function existence_is_told() {
	assert.equal(await hub.fileExists({ repo, path: "config.json", hubUrl }), true);
	assert.equal(await hub.fileExists({ repo, path: "model.safetensors", hubUrl }), true);
	assert.equal(await hub.fileExists({ repo, path: "vocab.txt", hubUrl }), false);
	assert.equal(await hub.repoExists({ repo, hubUrl }), true);
	assert.equal(await hub.repoExists({ repo: "lab/none", hubUrl }), false);
}

export async function paths_are_looked_up_in_one_request() {
	const paths = ["config.json", "1_Pooling", "model.safetensors", "no such"];
	const found = await hub.pathsInfo({ repo, paths, hubUrl });
	assert.deepEqual(found.map((each) => each.path), paths.slice(0, 3));
	assert.deepEqual(found.map((each) => each.type), ["file", "directory", "file"]);
	assert.equal(found[2].lfs.oid.length, 64);
}

export async function expanded_paths_are_looked_up() {
	const [found] = await hub.pathsInfo({ repo, paths: ["config.json"], expand: true, hubUrl });
	assert.equal(found.size, files(MODEL).get("config.json").length);
}

export async function one_file_goes_into_the_cache() {
	const cacheDir = mkdtempSync(join(tmpdir(), "hub-"));
	const path = await hub.downloadFileToCacheDir({ repo, path: "1_Pooling/config.json", cacheDir, hubUrl });
	assert.equal(readFileSync(path, "utf8"), "{}\n");
}

export async function a_snapshot_has_every_byte() {
	const cacheDir = mkdtempSync(join(tmpdir(), "hub-"));
	const folder = await hub.snapshotDownload({ repo: "datasets/lab/words", cacheDir, hubUrl });
	assert.deepEqual(files(folder), files(DATASET));
	const { sha } = await hub.datasetInfo({ name: "lab/words", additionalFields: ["sha"], hubUrl });
	assert.ok(folder.endsWith(sha), folder);
}

export async function commits_are_listed_and_counted() {
	const commits = await all(hub.listCommits({ repo, hubUrl }));
	assert.ok(commits.length >= 1);
	assert.equal(commits.length, await hub.countCommits({ repo, hubUrl }));
	const { sha } = await hub.modelInfo({ name: repo, additionalFields: ["sha"], hubUrl });
	assert.equal(commits[0].oid, sha);
	assert.ok(commits[0].date instanceof Date && !Number.isNaN(commits[0].date.getTime()));
}

export async function what_is_missing_is_refused_in_the_right_way() {
	await refused(401, () => hub.modelInfo({ name: "lab/none", hubUrl }));
	await refused(404, () => hub.modelInfo({ name: "lab/none", accessToken: "hf_somebody", hubUrl }));
	await refused(404, () => hub.modelInfo({ name: repo, revision: "v9", hubUrl }));
	await refused(404, () => all(hub.listFiles({ repo, path: "nowhere", hubUrl })));
	await refused(401, () => hub.checkRepoAccess({ repo: "lab/none", hubUrl }));
	await hub.checkRepoAccess({ repo, hubUrl });
}
