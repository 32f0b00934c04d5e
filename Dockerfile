# One image for the broker and every service; the command says which one a container is (see compose.yaml).
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/lianxi
WORKDIR /src
# First what seldom changes: nothing is installed whose hash is not in the lock.
COPY requirements.lock .
RUN /opt/lianxi/bin/python -m pip install --require-hashes --only-binary :all: -r requirements.lock
COPY pyproject.toml README.md ./
COPY events events
COPY services services
RUN /opt/lianxi/bin/python -m pip install --no-deps --no-build-isolation .

FROM python:3.11-slim
# A number, so that a volume keeps its owner whatever the host's users are.
RUN groupadd --gid 10001 lianxi && useradd --uid 10001 --gid lianxi --no-create-home --shell /usr/sbin/nologin lianxi \
    && install --directory --owner lianxi --group lianxi --mode 0700 /data
COPY --from=build /opt/lianxi /opt/lianxi
ENV PATH=/opt/lianxi/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER lianxi
VOLUME /data
CMD ["lianxi", "--help"]
