"""Lists the cache as JSON."""

import json

from huggingface_hub import scan_cache_dir

info = scan_cache_dir()
repos = {}
for repo in info.repos:
    revisions = {
        revision.commit_hash: {
            "refs": sorted(revision.refs),
            "files": len(revision.files),
            "size": revision.size_on_disk,
        }
        for revision in repo.revisions
    }
    repos[f"{repo.repo_type}/{repo.repo_id}"] = {"size": repo.size_on_disk, "revisions": revisions}
print(
    json.dumps(
        {
            "warnings": [str(warning) for warning in info.warnings],
            "incomplete": len(info.incomplete_files),
            "repos": repos,
        }
    )
)
