"""The pages of a second reading, from unnamed pictures to the comparison."""

import re

from app.web.example_smear import example_png
from tests.web.site import Site


def cells_of(page: str) -> list[str]:
    return re.findall(r'<select[^>]* name="(cell:[^"]+)"', page)


def test_cells_are_named_from_pictures_alone_and_compared(counting_site: Site) -> None:
    sample = counting_site.counted_sample("second-reading", ("field.png", example_png()))
    address = f"/samples/{sample['id']}/second-reading"
    page = counting_site.page(address)
    cells = cells_of(page)
    assert cells
    assert f"0 of {len(cells)} cells named" in page
    assert "selected" not in page

    quiet = counting_site.client.post(address, data={"act": "quiet", cells[0]: "monocyte"})
    assert quiet.status_code == 204
    assert f"1 of {len(cells)} cells named" in counting_site.page(address)
    early = counting_site.client.post(address, data={"act": "finish"})
    done = counting_site.client.post(address, data={"act": "finish", **dict.fromkeys(cells, "lymphocyte")})

    if len(cells) > 1:
        assert (early.status_code, "have no name yet" in early.text) == (422, True)
    assert re.search(r"/second-reading/\d+$", str(done.url))
    assert "Called the same" in done.text
    assert f"<dd>{len(cells)}</dd>" in done.text
    assert "Agreement by class" in done.text
    assert re.search(r'data-name="basophil".*?>0</td><td class="number"><span class="not-available">', done.text)
    assert re.search(
        rf'data-name="lymphocyte"><th scope="row">Lymphocyte</th>.*?<td class="number">{len(cells)}</td>', done.text
    )
    assert str(counting_site.client.get(address).url) == str(done.url)
    sign = counting_site.page(f"/samples/{sample['id']}/sign")
    assert "Second reading by" in sign


def test_wrong_names_are_refused_in_words(counting_site: Site) -> None:
    sample = counting_site.counted_sample("second-reading-wrong", ("field.png", example_png()))
    address = f"/samples/{sample['id']}/second-reading"

    answer = counting_site.client.post(address, data={"cell:1:n0": "giraffe", "page": "9" * 40})

    assert (answer.status_code, "cannot be called" in answer.text) == (422, True)
    assert counting_site.page(address + "/999999", status=404)


def test_a_sample_without_white_cells_says_so(site: Site) -> None:
    sample_id = site.new_sample("second-reading-empty")

    assert "there is nothing to name" in site.page(f"/samples/{sample_id}/second-reading")
