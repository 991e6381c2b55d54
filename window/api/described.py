"""The description of the API: every operation may also answer with a refusal, in the one shape all refusals have."""

from typing import Any, Final

from drf_spectacular.generators import SchemaGenerator

NAME: Final = "Refusal"
SHAPE: Final = {
    "type": "object",
    "description": "A refusal, as every address of the API tells it.",
    "required": ["code", "detail"],
    "properties": {
        "code": {"type": "string", "description": "Stable, for programs."},
        "detail": {"type": "string", "description": "One sentence, fit to show."},
        "fields": {
            "type": "object",
            "description": "What is wrong with each input.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
ALWAYS: Final = {"401": "Not signed in, or the key does not hold.", "404": "No such thing, or not yours.", "429": "Too fast."}
CHANGING: Final = {"400": "Cannot be read.", "403": "Not allowed.", "415": "Not JSON.", "422": "A rule says no."}
READING: Final = {"400": "Cannot be read.", "403": "Not allowed."}


def every_refusal(result: dict[str, Any], generator: SchemaGenerator, **_: Any) -> dict[str, Any]:
    """Add to every operation the refusals it may answer with."""
    result.setdefault("components", {}).setdefault("schemas", {})[NAME] = SHAPE
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{NAME}"}}}
    for operations in result.get("paths", {}).values():
        for method, operation in operations.items():
            further = READING if method == "get" else CHANGING
            for status, words in {**ALWAYS, **further}.items():
                operation["responses"].setdefault(status, {"description": words, "content": content})
    return result
