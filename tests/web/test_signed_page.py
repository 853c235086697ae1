"""The page of a signed sample, when what the laboratory set has changed since the signature."""

from tests.web.signing import give_password, open_correction, sample_to_sign, sign
from tests.web.site import Site
from tests.web.test_measurements import ranges_form


def test_a_signed_sample_says_when_its_page_no_longer_shows_what_was_signed(counting_site: Site) -> None:
    give_password(counting_site)
    sample = sample_to_sign(counting_site, "signed-page-1")
    sign(counting_site, sample["id"])
    before = counting_site.page(f"/samples/{sample['id']}")

    form = ranges_form(counting_site) | {"r0-high": "5.71", "reason": "a new analyser"}
    counting_site.client.post("/admin/reference-ranges", data=form)

    assert "data-differs-from-signed" not in before
    assert "data-differs-from-signed" in counting_site.page(f"/samples/{sample['id']}")


def test_the_table_of_counts_says_whether_the_sample_is_signed(counting_site: Site) -> None:
    give_password(counting_site)
    sample = sample_to_sign(counting_site, "signed-table-1", 62)
    address = f"/samples/{sample['id']}/counts.csv"
    before = counting_site.page(address)
    sign(counting_site, sample["id"])
    signed = counting_site.page(address)
    open_correction(counting_site, sample["id"])
    corrected = counting_site.page(address)

    assert before.splitlines()[0].endswith(",signed")
    assert [table.splitlines()[1].rpartition(",")[2] for table in (before, signed, corrected)] == ["no", "yes", "no"]
