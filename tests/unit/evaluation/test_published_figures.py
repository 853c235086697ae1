"""The figures people read are those measured on the weights that are shipped."""

from pathlib import Path

from model.evaluation.card import card_tables, write_tables
from model.weights import WeightsManifest, read_manifest, shipped_weights_path

ROOT = Path(__file__).parents[3]
NAMES = {"RBC": "red cells", "WBC": "white cells", "PLT": "platelets"}


def shipped_manifest() -> WeightsManifest:
    return read_manifest(shipped_weights_path().with_suffix(".json"))


def test_the_model_card_holds_the_tables_of_the_shipped_weights() -> None:
    assert card_tables(shipped_manifest()) in (ROOT / "model" / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_the_readme_holds_the_figures_of_the_shipped_weights() -> None:
    part = shipped_manifest().metrics["txl-pbc"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    for code, row in part["classes"].items():
        precision = part["average_precision"][code]["ap50"]
        line = (
            f"| {NAMES[code]} | {precision:.3f} | {row['reference_cells']} | {row['predicted_cells']} "
            f"| {100 * row['total_count_accuracy']:.1f} % | {100 * row['relative_image_error']:.1f} % |"
        )
        assert line in readme


def test_the_shipped_weights_reach_what_the_first_release_promises() -> None:
    part = shipped_manifest().metrics["txl-pbc"]
    pooled = {code: abs(row["pooled_error"]) for code, row in part["classes"].items()}

    assert part["average_precision"]["mean"]["ap50"] >= 0.90
    assert pooled["RBC"] <= 0.05
    assert pooled["WBC"] <= 0.05
    assert pooled["PLT"] <= 0.15


def test_writing_the_tables_replaces_only_what_stands_between_the_marks(tmp_path: Path) -> None:
    card = tmp_path / "CARD.md"
    card.write_text("before\n<!-- tables: begin -->\nstale figures\n<!-- tables: end -->\nafter\n")

    write_tables(card, shipped_manifest())

    text = card.read_text()
    assert text.startswith("before\n<!-- tables: begin -->\n| release | |")
    assert text.endswith("<!-- tables: end -->\nafter\n")
    assert "stale figures" not in text
