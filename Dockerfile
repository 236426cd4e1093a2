# docker build -t cloudaudit . && docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/src:ro" cloudaudit scan
#
# The base is pinned by digest; to move it on, take what
#   docker buildx imagetools inspect python:3.13-slim --format '{{.Manifest.Digest}}'
# prints, and change tag and digest in both places together.
FROM python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b AS build
WORKDIR /build
COPY pyproject.toml README.md LICENSE requirements.lock ./
COPY cloudaudit ./cloudaudit
COPY rules ./rules
RUN python -m venv /opt/cloudaudit \
    && PIP_CONSTRAINT=requirements.lock /opt/cloudaudit/bin/pip install --no-cache-dir --disable-pip-version-check ".[postgres]"

FROM python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b
# --base reads revisions through git.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home --shell /usr/sbin/nologin cloudaudit
COPY --from=build /opt/cloudaudit /opt/cloudaudit
ENV PATH="/opt/cloudaudit/bin:$PATH" \
    CLOUDAUDIT_CACHE_DIR=/tmp/cloudaudit
USER 10001
WORKDIR /src
ENTRYPOINT ["cloudaudit"]
CMD ["--help"]
