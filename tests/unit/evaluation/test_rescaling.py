"""The shipped weights count a field alike, whatever its number of pixels."""

from model.evaluation.rescaling import counts_at_factors
from model.inference import load_cell_counter
from model.rendering import encode_png, random_recipe, render_smear
from model.types import Size


def test_a_rendered_field_has_the_same_counts_at_half_and_double_size() -> None:
    smear = render_smear(random_recipe(3, Size(480, 360), 75.0))
    red_cells = sum(cell.cell_class.value == "RBC" for cell in smear.cells)

    counts = counts_at_factors(load_cell_counter(device="cpu"), [encode_png(smear.image_hwc_u8)], (1.0, 0.5, 2.0))

    assert list(counts) == [1.0, 0.5, 2.0]
    assert red_cells > 5
    for row in counts.values():
        assert abs(row["RBC"] - red_cells) <= 1
        assert row["WBC"] == counts[1.0]["WBC"]
