/** Names under which tools write folded stacks. */
export const FILE_NAME = /\.(?:folded|collapsed|stacks)(?:\.txt)?(?:\.gz)?$/i;
