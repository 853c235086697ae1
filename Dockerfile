# Bloodcount in a container: built in one stage, run in another as a user without rights.
#
#   docker build --tag bloodcount .                                     the CUDA build of PyTorch (also runs on a CPU)
#   docker build --tag bloodcount --build-arg TORCH_INDEX=ADDRESS .     PyTorch from that package index, such as the
#                                                                       CPU builds' index named on PyTorch's own site
#   docker run --publish 127.0.0.1:8000:8000 --volume bloodcount:/data bloodcount

ARG PYTHON_IMAGE=python:3.11-slim

FROM ${PYTHON_IMAGE} AS build
ARG TORCH_INDEX=""
ARG EXTRAS=postgres,s3
WORKDIR /source
RUN python -m venv /opt/bloodcount
ENV PATH=/opt/bloodcount/bin:$PATH
# PyTorch first, in a layer of its own: it is most of the image and changes least.
COPY constraints.txt ./
RUN grep -E '^torch(vision)?==' constraints.txt > torch.txt \
    && pip install --no-cache-dir ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} --requirement torch.txt
COPY pyproject.toml README.md LICENSE ./
COPY app ./app
COPY model ./model
COPY migrations ./migrations
COPY static ./static
COPY templates ./templates
RUN pip install --no-cache-dir --constraint constraints.txt ".[${EXTRAS}]"

FROM ${PYTHON_IMAGE}
RUN useradd --uid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin bloodcount \
    && install --directory --owner=bloodcount --group=bloodcount /data
COPY --from=build /opt/bloodcount /opt/bloodcount
# Inside a container every address is the container's own: what may reach it is decided by 'docker run --publish'.
ENV PATH=/opt/bloodcount/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    BLOODCOUNT_DATA_DIR=/data \
    BLOODCOUNT_HOST=0.0.0.0 \
    BLOODCOUNT_LOG_FORMAT=json
USER bloodcount
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; port = os.environ.get('BLOODCOUNT_PORT') or 8000; \
urllib.request.urlopen(f'http://127.0.0.1:{port}/healthz', timeout=4)"]
CMD ["bloodcount", "serve"]
