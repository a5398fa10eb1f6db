# pixcrawler for users: docker build -t pixcrawler . && docker run --rm pixcrawler doctor
#
#   docker run --rm -v "$PWD:/work" -e PIXCRAWLER_API_KEY pixcrawler download job_123
#   docker run --rm -v "$PWD:/work" pixcrawler run train.py
FROM swift:6.2-bookworm AS build
RUN apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    python3-dev python3-venv libcurl4-openssl-dev zlib1g-dev libjpeg-dev libpng-dev libwebp-dev pkg-config gcc g++ dpkg-dev \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
# The package names the libraries it needs, and apt brings them along below.
RUN scripts/package && mkdir /out && cp build/pixcrawler_*.deb /out/pixcrawler.deb

FROM debian:12-slim
RUN --mount=type=bind,from=build,source=/out,target=/out \
  apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y /out/pixcrawler.deb ca-certificates \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --create-home --uid 1000 pixcrawler \
  && mkdir /work && chown pixcrawler /work
USER pixcrawler
WORKDIR /work
ENTRYPOINT ["pixcrawler"]
CMD ["--help"]
