"""Holds documents about models against the tools of their standards: check_models.py FOLDER SHAPES.

Prints what was checked, and what is wrong with each document that is not as it should be.
"""

import importlib
import json
import pkgutil
import sys
from collections import Counter
from pathlib import Path

import msgspec_schemaorg.models
import pyshacl
import rdflib
import spdx_python_model
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

SCHEMA = "https://schema.org/"
FAIR4ML = "https://w3id.org/fair4ml#"
# FAIR4ML 0.1.0, of https://w3id.org/fair4ml/0.1.0: classes with what they derive from, and properties with their domain.
CLASSES = {"MLModel": "CreativeWork", "MLModelEvaluation": "CreativeWork"}
PROPERTIES = {
    "MLModel": """codeSampleSnippet ethicalSocial evaluatedOn fineTunedFrom hasCO2eEmissions hasEvaluation intendedUse
        legal mlTask modelCategory modelRisksBiasLimitations sharedBy testedOn trainedOn usageInstructions
        validatedOn""".split(),
    "MLModelEvaluation": """evaluatedMLModel evaluationDataset evaluationMetrics evaluationResults evaluationSoftware
        extrinsicEvaluation""".split(),
}
# What FAIR4ML takes from schema.org for models, and schema.org has for others alone.
TAKEN = {"distribution"}

validators = {
    version.to_version(): JsonStrictValidator(version)
    for version in (SchemaVersion.V1_6, SchemaVersion.V1_7)
}


def vocabulary():
    """The classes of schema.org, each with the properties that it has or inherits."""
    found = {}
    package = msgspec_schemaorg.models
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        name = module.name.rpartition(".")[2]
        kind = getattr(importlib.import_module(module.name), name, None)
        if isinstance(kind, type):
            found[name] = set(kind.__struct_fields__)
    return found


def cyclonedx(text):
    document = json.loads(text)
    error = validators[document["specVersion"]].validate_str(text)
    if error is not None:
        raise ValueError(str(error)[:500])
    refs, used = Counter(), set()

    def walk(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "bom-ref":
                    refs[inner] += 1
                elif key == "ref":
                    used.add(inner)
                elif key == "dependsOn":
                    used.update(inner)
                else:
                    walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(document)
    twice = [ref for ref, count in refs.items() if count > 1]
    if twice or used - set(refs):
        raise ValueError(f"refs twice: {twice}, refs to nothing: {used - set(refs)}")
    return f"CycloneDX {document['specVersion']}"


def spdx(text):
    model, objects = spdx_python_model.load_data(json.loads(text))
    if objects.missing_ids:
        raise ValueError(f"ids of nothing: {objects.missing_ids}")
    # Writing checks what has to be there.
    with open("/dev/null", "wb") as nowhere:
        model.JSONLDSerializer().write(objects, nowhere)
    packages = list(objects.foreach_type(model.ai_AIPackage))
    documents = list(objects.foreach_type(model.SpdxDocument))
    if not packages or len(documents) != 1 or documents[0].rootElement[0] not in packages:
        raise ValueError("the document is not about a model")
    return "SPDX 3.0.1"


def json_ld(text, shapes, schema):
    graph = rdflib.Graph().parse(data=text, format="json-ld", publicID="https://base.example/")
    conforms, _, report = pyshacl.validate(graph, shacl_graph=shapes)
    if not conforms:
        raise ValueError(report[:800])
    for subject in set(graph.subjects()):
        names = [str(kind) for kind in graph.objects(subject, rdflib.RDF.type)]
        own = {name[len(FAIR4ML) :] for name in names if name.startswith(FAIR4ML)}
        plain = {name[len(SCHEMA) :] for name in names if name.startswith(SCHEMA)}
        plain |= {CLASSES[name] for name in own} or ({"Thing"} if not plain else set())
        allowed = {name for kind in plain for name in schema[kind]}
        for predicate in map(str, graph.predicates(subject)):
            name = predicate.rpartition("#" if predicate.startswith(FAIR4ML) else "/")[2]
            if predicate.startswith(FAIR4ML):
                right = any(name in PROPERTIES[kind] for kind in own)
            elif predicate.startswith(SCHEMA):
                right = name in allowed or (own and name in TAKEN)
            else:
                right = predicate == str(rdflib.RDF.type)
            if not right:
                raise ValueError(f"{predicate} of {names}")
    return "JSON-LD"


def main(folder, shapes):
    shapes = rdflib.Graph().parse(shapes)
    schema = vocabulary()
    checked, wrong = Counter(), {}
    for path in sorted(Path(folder).iterdir()):
        text = path.read_text()
        try:
            if path.name.endswith(".cdx.json"):
                checked[cyclonedx(text)] += 1
            elif path.name.endswith(".spdx.json"):
                checked[spdx(text)] += 1
            elif path.name.endswith(".jsonld"):
                checked[json_ld(text, shapes, schema)] += 1
        except Exception as error:
            wrong[path.name] = f"{type(error).__name__}: {error}"
    print(json.dumps({"checked": checked, "wrong": wrong}))


main(*sys.argv[1:])
