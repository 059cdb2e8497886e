# A server from Debian's packages, for machines that reach no image registry: PACKAGE is its package.
ARG BASE=debian:bookworm-slim
FROM ${BASE}
ARG PACKAGE
RUN apt-get update \
  && apt-get install --yes --no-install-recommends "${PACKAGE}" \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
USER 65532:65532
