// Runs one check of a topic: ask.mjs TOPIC CHECK. A check is an exported function; it fails by throwing.

const [topic, check] = process.argv.slice(2);
await (await import(`./${topic}.mjs`))[check]();
