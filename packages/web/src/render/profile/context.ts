// What each part of a profile's page is made from.

import type { Lang } from "@heapwright/core/model/message.ts";
import type { ProfilePicture } from "@heapwright/core/pictures/profile/picture.ts";
import type { ProfilePageWords } from "../../profile-words.ts";
import type { PageLabels } from "../../words.ts";

export interface ProfileContext {
  readonly lang: Lang;
  readonly labels: PageLabels;
  readonly own: ProfilePageWords;
  readonly picture: ProfilePicture;
  readonly isDiff: boolean;
}
