# LTV Workbench behind a reverse proxy; see docs/deploy.md. Build: docker build -t ltv-workbench .
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin ltv
COPY --from=build /venv /venv
WORKDIR /app
COPY app.py server.py ./
COPY .streamlit/config.toml .streamlit/config.toml
COPY pages pages
COPY ltvlib ltvlib
COPY locales locales
COPY sample_data sample_data
# Everything the program writes goes to /tmp (and to LTV_HOME where one is mounted): the root may be read-only.
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp LTV_HOST=0.0.0.0 LTV_PORT=8501
RUN python -m compileall -q /app /venv/lib
USER 10001
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=40s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/healthz', timeout=4)"]
CMD ["python", "server.py"]
