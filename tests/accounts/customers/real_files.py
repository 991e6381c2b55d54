"""How the public hierarchy files are read: the very options that docs/how-to/import-customers.md shows.

The cuts lie in data/; where the full files stand beside the checkout, they are imported too.
"""

from pathlib import Path

CUTS = Path(__file__).parent / "data"
FULL = Path(__file__).resolve().parents[4] / "shared" / "data" / "hierarchy"

ROR = ("--columns", "ref=id,parent_ref=parent_ids", "--parent-separator", ";", "--default-kind", "legal_entity")
POST = "{parent_department}/{organisation}"
POSTS = (
    "--columns", f"ref={POST}/{{post_id}},parent_ref={POST}/{{reports_to_post_id}},name=job_title",
    "--no-parent", "XX", "--default-kind", "department",
)  # fmt: skip


def gleif(entities: Path) -> tuple[str, ...]:
    return (
        "--columns", "ref=child_lei,parent_ref=parent_lei,lei=child_lei", "--where", "type=IS_DIRECTLY_CONSOLIDATED_BY",
        "--names", f"{entities}:lei=legal_name,legal_name=legal_name,country=country",
        "--create-missing-parents", "--default-kind", "legal_entity",
    )  # fmt: skip
