const types: Readonly<Record<string, string>> = {
  ipynb: 'application/x-ipynb+json',
  json: 'application/json',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  cff: 'application/yaml',
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  txt: 'text/plain',
  md: 'text/markdown',
  py: 'text/x-python',
  html: 'text/html',
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  svg: 'image/svg+xml',
  zip: 'application/zip',
  gz: 'application/gzip',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  parquet: 'application/vnd.apache.parquet',
  h5: 'application/x-hdf5',
  nc: 'application/x-netcdf',
};

/** The media type of a file by its name, as research files have it. */
export function mediaTypeOf(name: string): string {
  const extension = /\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  return types[extension] ?? 'application/octet-stream';
}
