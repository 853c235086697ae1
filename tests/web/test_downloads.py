"""The files to download: counts, cells and records."""

import csv
from io import StringIO

from tests.web.image_files import png_of
from tests.web.site import Site


def rows_of(text: str) -> list[dict[str, str]]:
    """The lines of a CSV download, by column."""
    assert text.startswith("\ufeff")
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))


def test_the_counts_have_one_line_an_image_and_no_number_where_nothing_was_counted(counting_site: Site) -> None:
    detail = counting_site.counted_sample("csv-1", ("=cmd()|'a'.png", png_of(60)), ("dark.png", png_of(0)))

    answer = counting_site.client.get(f"/samples/{detail['id']}/counts.csv")

    first, second = rows_of(answer.content.decode())
    assert answer.headers["content-disposition"] == f'attachment; filename="sample-{detail["id"]}-counts.csv"'
    # A spreadsheet would run a text that begins with an equals sign.
    assert first["image"].startswith("'=cmd()")
    assert (first["accession_number"], first["status"], first["RBC"], first["NRBC"]) == ("csv-1", "counted", "1", "1")
    assert (first["model"], first["model_version"]) == ("test-counter", "1.2.3")
    assert (second["status"], second["RBC"], second["WBC"]) == ("refused", "", "")
    assert "almost black" in second["reason"]


def test_the_cells_of_an_image_have_one_line_each(counting_site: Site) -> None:
    detail = counting_site.counted_sample("csv-2")
    image_id = detail["images"][0]["id"]

    rows = rows_of(counting_site.client.get(f"/images/{image_id}/cells.csv").content.decode())

    assert [row["class"] for row in rows] == ["RBC", "WBC", "NRBC", "PLT", "RBC"]
    assert [row["counted"] for row in rows] == ["yes", "yes", "yes", "yes", "no"]
    assert (rows[0]["x1_px"], rows[0]["x2_px"], rows[0]["score"]) == ("0.0", "24.0", "0.91")


def test_the_downloaded_records_are_those_of_the_api(counting_site: Site) -> None:
    detail = counting_site.counted_sample("json-1")
    image_id = detail["images"][0]["id"]

    result = counting_site.client.get(f"/images/{image_id}/result.json")
    sample = counting_site.client.get(f"/samples/{detail['id']}/sample.json")

    assert result.json() == counting_site.client.get(f"/api/v1/images/{image_id}/result").json()
    assert sample.json() == detail
    assert result.headers["content-disposition"] == f'attachment; filename="image-{image_id}-result.json"'


def test_the_counts_have_the_cells_by_type_and_tell_what_is_not_available(counting_site: Site) -> None:
    detail = counting_site.counted_sample("csv-3", ("a.png", png_of(61)), ("dark.png", png_of(0)))

    counted, refused = rows_of(counting_site.client.get(f"/samples/{detail['id']}/counts.csv").content.decode())

    types = {name: value for name, value in counted.items() if name.startswith(("differential_", "morphology_"))}
    assert len(types) == 7 + 13
    assert {name for name, value in types.items() if value != "0"} == {"differential_neutrophil", "morphology_target"}
    assert (counted["differential_neutrophil"], counted["morphology_target"]) == ("1", "1")
    assert {refused[name] for name in types} == {""}


def test_each_cell_has_its_type_with_the_probability(counting_site: Site) -> None:
    detail = counting_site.counted_sample("csv-4")

    rows = rows_of(counting_site.client.get(f"/images/{detail['images'][0]['id']}/cells.csv").content.decode())

    assert [row["subtype"] for row in rows] == ["target", "neutrophil", "erythroblast", "", ""]
    assert [row["subtype_probability"] for row in rows] == ["0.953", "0.93", "0.9", "", ""]
    assert [row["likeliest_subtype"] for row in rows] == ["target", "neutrophil", "erythroblast", "", ""]
