"""What is known of a sample besides its images, in words."""

from app.schemas.samples import SampleDetail, SampleSummary


def detail_words(sample: SampleDetail) -> tuple[tuple[str, str], ...]:
    """Name and value of everything that is known."""
    profile = sample.acquisition_profile
    scale = f", {profile.um_per_px:g} µm per pixel" if profile and profile.um_per_px else ""
    known = (
        ("Patient code", sample.patient_code),
        ("Sex and age", person_words(sample) or None),
        ("Stain", sample.stain),
        ("Acquisition profile", f"{profile.name}{scale}" if profile else None),
    )
    return tuple((name, value) for name, value in known if value)


def person_words(sample: SampleSummary) -> str:
    """Sex and age, as far as they are known: ``female, 34 years``."""
    age = ""
    if sample.age_value is not None and sample.age_unit is not None:
        unit = sample.age_unit.value
        age = f"{sample.age_value} {unit.removesuffix('s') if sample.age_value == 1 else unit}"
    return ", ".join(part for part in (sample.sex.value if sample.sex else "", age) if part)
