// The bundler turns this import into a file beside the script.
declare module "*.css";
