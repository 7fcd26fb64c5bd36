// Repositories: one, and many.

import assert from "node:assert/strict";

import { all, hub, hubUrl, repo } from "./plain.mjs";

const ids = async (found) => (await all(found)).map((each) => each.name).sort();

export async function a_model_is_described() {
	const info = await hub.modelInfo({ name: repo, additionalFields: ["sha", "tags", "cardData", "library_name", "author"], hubUrl });
	assert.equal(info.name, repo);
	assert.equal(info.task, "text-classification");
	assert.equal(info.sha.length, 40);
	assert.equal(info.author, "lab");
	assert.equal(info.cardData.license, "mit");
	assert.equal(info.library_name, "transformers");
	assert.ok(info.tags.includes("license:mit"), `${info.tags}`);
	assert.deepEqual([info.private, info.gated], [false, false]);
	assert.ok(!Number.isNaN(info.updatedAt.getTime()));
	assert.equal(typeof info.downloads, "number");
	assert.equal(typeof info.likes, "number");
}

export async function a_dataset_is_described() {
	const info = await hub.datasetInfo({ name: "lab/words", additionalFields: ["sha", "tags", "cardData"], hubUrl });
	assert.equal(info.name, "lab/words");
	assert.equal(info.sha.length, 40);
	assert.equal(info.cardData.license, "cc0-1.0");
	assert.ok(info.tags.includes("task_categories:text-classification"), `${info.tags}`);
}

export async function a_space_is_described() {
	const info = await hub.spaceInfo({ name: "lab/show", hubUrl });
	assert.deepEqual([info.name, info.sdk], ["lab/show", "gradio"]);
}

export async function models_are_searched() {
	assert.deepEqual(await ids(hub.listModels({ search: { owner: "lab" }, hubUrl })), ["lab/german", "lab/gguf", "lab/shards", "lab/tiny"]);
	assert.deepEqual(await ids(hub.listModels({ search: { query: "tin" }, hubUrl })), [repo]);
	assert.deepEqual(await ids(hub.listModels({ search: { task: "text-classification" }, hubUrl })), ["lab/german", repo]);
	assert.deepEqual(await ids(hub.listModels({ search: { tags: ["license:mit", "en"] }, hubUrl })), [repo]);
	assert.deepEqual(await ids(hub.listModels({ search: { tags: ["license:mit", "de"] }, hubUrl })), []);
	assert.deepEqual(await ids(hub.listModels({ search: { owner: "lab", inferenceProviders: ["together"] }, hubUrl })), []);
}

export async function a_list_of_more_than_a_page_is_whole() {
	const found = await ids(hub.listModels({ search: { owner: "shelf" }, hubUrl }));
	assert.equal(new Set(found).size, 1100);
	assert.equal(found.length, 1100);
	assert.equal((await ids(hub.listModels({ search: { owner: "shelf" }, limit: 7, hubUrl }))).length, 7);
}

export async function a_list_is_sorted() {
	for (const sort of ["createdAt", "downloads", "likes", "lastModified", "id"]) {
		assert.equal((await ids(hub.listModels({ search: { owner: "lab" }, sort, hubUrl }))).length, 4, sort);
	}
}

export async function listed_models_have_the_fields_asked_for() {
	const search = { query: "tiny" };
	const [found] = await all(hub.listModels({ search, additionalFields: ["filePaths", "tags", "sha"], hubUrl }));
	assert.ok(found.filePaths.includes("model.safetensors"), `${found.filePaths}`);
	assert.ok(found.tags.includes("small"));
	assert.equal(found.sha.length, 40);
}

export async function datasets_and_spaces_are_searched() {
	assert.deepEqual(await ids(hub.listDatasets({ search: { query: "words" }, hubUrl })), ["lab/words"]);
	assert.deepEqual(await ids(hub.listDatasets({ search: { owner: "lab", tags: ["language:en"] }, hubUrl })), ["lab/words"]);
	assert.deepEqual(await ids(hub.listSpaces({ search: { query: "show" }, hubUrl })), ["lab/show"]);
}
