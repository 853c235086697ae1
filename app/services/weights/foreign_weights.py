"""Files that are no safetensors: told by their first bytes, with the way to turn them into a release offline."""

from app.weights_errors import WeightsRejected

SNIFFED_BYTES = 512

_HOW_TO_CONVERT = (
    "Nothing that can hold a pickle is ever opened here. On a machine apart, with the file from somebody you trust, "
    "load its tensors with PyTorch's weights_only=True and write them with model.weights.publishing.write_release: it "
    "makes the .safetensors file and its manifest."
)
_STARTS = (
    (b"PK\x03\x04", "weights_zip", "is a ZIP archive, as torch.save makes them: a pickle lies in it"),
    (b"PK\x05\x06", "weights_zip", "is an empty ZIP archive"),
    (b"\x80\x02", "weights_pickle", "is a pickle, which can run any program when it is loaded"),
    (b"\x80\x03", "weights_pickle", "is a pickle, which can run any program when it is loaded"),
    (b"\x80\x04", "weights_pickle", "is a pickle, which can run any program when it is loaded"),
    (b"\x80\x05", "weights_pickle", "is a pickle, which can run any program when it is loaded"),
    (b"\x89HDF", "weights_hdf5", "is an HDF5 file, as Keras makes them"),
    (b"\x1f\x8b", "weights_compressed", "is a gzip file"),
    (b"GGUF", "weights_gguf", "is a GGUF file, made for language models"),
)
_SUFFIXES = frozenset({".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".bin", ".zip", ".h5", ".onnx", ".tar", ".gz"})
_HEADER_AT = 8
_TAR_MARK, _TAR_AT = b"ustar", 257


def refuse_foreign_name(file_name: str) -> None:
    """Make sure that a file is called what a release is called.

    Raises:
        WeightsRejected: It is not; the message tells how to convert it.
    """
    name = file_name.lower()
    if name.endswith(".safetensors"):
        return
    suffix = next((suffix for suffix in sorted(_SUFFIXES) if name.endswith(suffix)), None)
    if suffix is not None:
        raise WeightsRejected(f"weights_{suffix[1:]}", f"A {suffix} file is no weights release. {_HOW_TO_CONVERT}")
    raise WeightsRejected("weights_format", "A weights file ends in .safetensors; choose the file and its manifest.")


def refuse_foreign_content(start: bytes) -> None:
    """Make sure that a file's first ``SNIFFED_BYTES`` are not those of another format, whatever the file is called.

    Raises:
        WeightsRejected: They are; the message tells how to convert it.
    """
    if start[_HEADER_AT : _HEADER_AT + 1] == b"{":
        return  # a safetensors header, whose length before it can look like anything
    for mark, code, what in _STARTS:
        if start.startswith(mark):
            raise WeightsRejected(code, f"The file {what}. {_HOW_TO_CONVERT}")
    if start[_TAR_AT:].startswith(_TAR_MARK):
        raise WeightsRejected("weights_tar", f"The file is a tar archive. {_HOW_TO_CONVERT}")
